//! Which values are boxed: those that would contain themselves, variants that would make every value of
//! their union large, and members that would make an object large though they are left out mostly.

use std::collections::BTreeSet;

use super::{Kind, Presence, Shape, TypeRef};

/// Variants larger than this many bytes are boxed.
const LARGE: usize = 200;

/// Objects stay below so many bytes, if members that may be left out can be boxed for it. Allocators
/// have a quick path up to about a kilobyte, and an object is moved several times before it is where
/// it belongs.
const LARGE_OBJECT: usize = 1000;
/// Members up to this many bytes are not worth a box.
const SMALL_MEMBER: usize = 100;

pub(super) fn place(shape: &mut Shape) {
    break_circles(shape);
    let mut sizes = Sizes {
        known: vec![None; shape.types.len()],
        large: Vec::new(),
    };
    for index in 0..shape.types.len() {
        sizes.named(shape, index, 0);
    }
    for (index, position) in sizes.large {
        if let Kind::Union(union) = &mut shape.types[index].kind {
            union.variants[position].boxed = true;
        }
    }
}

/// Boxes the largest optional members of large objects, one after the other.
fn shrink_objects(shape: &mut Shape) {
    for index in 0..shape.types.len() {
        while size(shape, &TypeRef::Named(index), 0) > LARGE_OBJECT {
            let Kind::Object(object) = &shape.types[index].kind else {
                break;
            };
            let optional = object.fields.iter().enumerate().filter(|(_, field)| {
                let is_named = matches!(shape.resolve(&field.ty), TypeRef::Named(_));
                is_named && field.presence == Presence::Optional && !field.boxed
            });
            let sizes = optional.map(|(position, field)| (size(shape, &field.ty, 0), position));
            let Some((_, position)) = sizes.filter(|(size, _)| *size > SMALL_MEMBER).max() else {
                break;
            };
            if let Kind::Object(object) = &mut shape.types[index].kind {
                object.fields[position].boxed = true;
            }
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
                let fields = object.fields.iter().map(|field| {
                    let optional = field.presence != Presence::Required;
                    match &field.ty {
                        _ if field.boxed => POINTER,
                        TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number if optional => 16,
                        ty => self.of(shape, ty, depth + 1),
                    }
                });
                fields.sum::<usize>().saturating_add(POINTER)
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
}
