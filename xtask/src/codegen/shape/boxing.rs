//! Decides which values are boxed: recursive ones, large variants of unions, and large optional members
//! of large objects.

use std::collections::BTreeSet;

use super::{Kind, Presence, Shape, TypeRef};

/// Variants larger than this many bytes are boxed.
const LARGE: usize = 200;

/// Maximum size of an object, if boxing optional members reaches it. Allocators are fast up to about a
/// kilobyte, and an object is moved several times while it is read.
const LARGE_OBJECT: usize = 1000;
/// Members up to this size are not boxed.
const SMALL_MEMBER: usize = 100;

pub(super) fn place(shape: &mut Shape) {
    break_circles(shape);
    let mut sizes = Sizes {
        known: vec![None; shape.types.len()],
        large: Vec::new(),
        large_members: Vec::new(),
    };
    for index in 0..shape.types.len() {
        sizes.named(shape, index, 0);
    }
    for (index, position) in sizes.large {
        if let Kind::Union(union) = &mut shape.types[index].kind {
            union.variants[position].boxed = true;
        }
    }
    for (index, position) in sizes.large_members {
        if let Kind::Object(object) = &mut shape.types[index].kind {
            object.fields[position].boxed = true;
        }
    }
}

/// Boxes every value that leads back to the type it is part of.
fn break_circles(shape: &mut Shape) {
    let mut edges: Vec<Vec<(usize, usize)>> = (0..shape.types.len())
        .map(|index| edges(shape, index))
        .collect();
    let groups = groups(&edges);
    for start in 0..shape.types.len() {
        for (position, target) in edges[start].clone() {
            // A way back stays within the group.
            if groups[start] != groups[target] || !reaches(&edges, &groups, target, start) {
                continue;
            }
            edges[start].retain(|(other, _)| *other != position);
            match &mut shape.types[start].kind {
                Kind::Object(object) => object.fields[position].boxed = true,
                Kind::Union(union) => union.variants[position].boxed = true,
                _ => {}
            }
        }
    }
}

/// The types a type holds by value: where, and which.
fn edges(shape: &Shape, index: usize) -> Vec<(usize, usize)> {
    let held: Vec<(usize, &TypeRef)> = match &shape.types[index].kind {
        Kind::Object(object) => {
            let fields = object.fields.iter().enumerate();
            fields.map(|(at, field)| (at, &field.ty)).collect()
        }
        Kind::Union(union) => {
            let variants = union.variants.iter().enumerate();
            variants.map(|(at, variant)| (at, &variant.ty)).collect()
        }
        _ => Vec::new(),
    };
    held.into_iter()
        .filter_map(|(position, ty)| Some((position, by_value(shape, ty)?)))
        .collect()
}

/// The number of the group of each type. Types of a group hold one another, by way of others or not.
fn groups(edges: &[Vec<(usize, usize)>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let mut groups = vec![NEW; edges.len()];
    let (mut order, mut lowest) = (vec![NEW; edges.len()], vec![0; edges.len()]);
    let (mut open, mut count) = (Vec::new(), 0);
    for root in 0..edges.len() {
        // Tarjan's algorithm, with a stack of its own: the next edge of each type on the way.
        let mut way = Vec::new();
        if order[root] == NEW {
            way.push((root, 0));
        }
        while let Some((index, next)) = way.pop() {
            if next == 0 {
                order[index] = count;
                lowest[index] = count;
                count += 1;
                open.push(index);
            } else {
                let (_, before) = edges[index][next - 1];
                if groups[before] == NEW {
                    lowest[index] = lowest[index].min(lowest[before]);
                }
            }
            if let Some(&(_, target)) = edges[index].get(next) {
                way.push((index, next + 1));
                if order[target] == NEW {
                    way.push((target, 0));
                } else if groups[target] == NEW {
                    lowest[index] = lowest[index].min(order[target]);
                }
            } else if lowest[index] == order[index] {
                while let Some(member) = open.pop() {
                    groups[member] = index;
                    if member == index {
                        break;
                    }
                }
            }
        }
    }
    groups
}

fn by_value(shape: &Shape, ty: &TypeRef) -> Option<usize> {
    match shape.resolve(ty) {
        TypeRef::Named(index) => Some(*index),
        TypeRef::Nullable(inner) => by_value(shape, inner),
        _ => None,
    }
}

fn reaches(edges: &[Vec<(usize, usize)>], groups: &[usize], from: usize, to: usize) -> bool {
    let mut seen = BTreeSet::new();
    let mut queue = vec![from];
    while let Some(index) = queue.pop() {
        if index == to {
            return true;
        }
        if seen.insert(index) {
            let targets = edges[index].iter().map(|(_, target)| *target);
            queue.extend(targets.filter(|target| groups[*target] == groups[to]));
        }
    }
    false
}

/// About how many bytes values take, not counting what they point to. Each type is measured once, after those it holds.
struct Sizes {
    known: Vec<Option<usize>>,
    /// Variants that are large: the union, and which.
    large: Vec<(usize, usize)>,
    /// Optional members that make an object large: the object, and the member.
    large_members: Vec<(usize, usize)>,
}

const POINTER: usize = 8;

/// Types that hold one another deeper than this are taken for pointers.
const MAX_DEPTH: usize = 200;

impl Sizes {
    fn of(&mut self, shape: &Shape, ty: &TypeRef, depth: usize) -> usize {
        match shape.resolve(ty) {
            TypeRef::String | TypeRef::Secret | TypeRef::List(_) | TypeRef::Map(_) => 3 * POINTER,
            TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number => 8,
            // No member of an object is one.
            TypeRef::File => POINTER,
            TypeRef::Boolean => 1,
            TypeRef::Any => 4 * POINTER,
            TypeRef::Nullable(inner) => self.of(shape, inner, depth) + 8,
            TypeRef::Named(index) => self.named(shape, *index, depth),
        }
    }

    fn named(&mut self, shape: &Shape, index: usize, depth: usize) -> usize {
        if let Some(size) = self.known[index] {
            return size;
        }
        if depth > MAX_DEPTH {
            return POINTER;
        }
        let size = match &shape.types[index].kind {
            Kind::OpenEnum(_) => 3 * POINTER,
            Kind::Alias(_) => POINTER,
            Kind::Object(object) => {
                let mut sizes = Vec::with_capacity(object.fields.len());
                for field in &object.fields {
                    let optional = field.presence != Presence::Required;
                    sizes.push(match &field.ty {
                        _ if field.boxed => POINTER,
                        TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number if optional => 16,
                        ty => self.of(shape, ty, depth + 1),
                    });
                }
                self.shrink(shape, index, &mut sizes);
                let total = sizes
                    .iter()
                    .fold(0, |sum: usize, size| sum.saturating_add(*size));
                total.saturating_add(POINTER)
            }
            Kind::Union(union) => {
                let mut largest = 4 * POINTER;
                for (position, variant) in union.variants.iter().enumerate() {
                    let size = match variant.boxed {
                        true => POINTER,
                        false => self.of(shape, &variant.ty, depth + 1),
                    };
                    let is_named = matches!(shape.resolve(&variant.ty), TypeRef::Named(_));
                    if is_named && size > LARGE {
                        self.large.push((index, position));
                    } else {
                        largest = largest.max(size.min(LARGE));
                    }
                }
                largest.saturating_add(8)
            }
        };
        self.known[index] = Some(size);
        size
    }

    /// Boxes the largest optional members of an object until it is no longer large.
    fn shrink(&mut self, shape: &Shape, index: usize, sizes: &mut [usize]) {
        let Kind::Object(object) = &shape.types[index].kind else {
            return;
        };
        let is_candidate = |position: usize| {
            let field = &object.fields[position];
            let is_named = matches!(shape.resolve(&field.ty), TypeRef::Named(_));
            is_named && field.presence == Presence::Optional && !field.boxed
        };
        while sizes
            .iter()
            .fold(POINTER, |sum, size| sum.saturating_add(*size))
            > LARGE_OBJECT
        {
            let positions = (0..sizes.len()).filter(|position| is_candidate(*position));
            let largest = positions.max_by_key(|position| (sizes[*position], *position));
            match largest.filter(|position| sizes[*position] > SMALL_MEMBER) {
                Some(position) => {
                    sizes[position] = POINTER;
                    self.large_members.push((index, position));
                }
                None => return,
            }
        }
    }
}
