//! Which values are boxed: those that would contain themselves, variants that would make every value of
//! their union large, and members that would make an object large though they are left out mostly.

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
    shrink_objects(shape);
    for index in 0..shape.types.len() {
        let Kind::Union(union) = &shape.types[index].kind else {
            continue;
        };
        let large: Vec<bool> = union
            .variants
            .iter()
            .map(|variant| {
                matches!(shape.resolve(&variant.ty), TypeRef::Named(_))
                    && size(shape, &variant.ty, 0) > LARGE
            })
            .collect();
        if let Kind::Union(union) = &mut shape.types[index].kind {
            for (variant, large) in union.variants.iter_mut().zip(large) {
                variant.boxed |= large;
            }
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
    for start in 0..shape.types.len() {
        let edges = edges(shape, start);
        for (position, target) in edges {
            if reaches(shape, target, start) {
                match &mut shape.types[start].kind {
                    Kind::Object(object) => object.fields[position].boxed = true,
                    Kind::Union(union) => union.variants[position].boxed = true,
                    _ => {}
                }
            }
        }
    }
}

/// The types a type holds by value: where, and which.
fn edges(shape: &Shape, index: usize) -> Vec<(usize, usize)> {
    let held: Vec<(usize, &TypeRef)> = match &shape.types[index].kind {
        Kind::Object(object) => object
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| !field.boxed)
            .map(|(position, field)| (position, &field.ty))
            .collect(),
        Kind::Union(union) => union
            .variants
            .iter()
            .enumerate()
            .filter(|(_, variant)| !variant.boxed)
            .map(|(position, variant)| (position, &variant.ty))
            .collect(),
        _ => Vec::new(),
    };
    held.into_iter()
        .filter_map(|(position, ty)| Some((position, by_value(shape, ty)?)))
        .collect()
}

fn by_value(shape: &Shape, ty: &TypeRef) -> Option<usize> {
    match shape.resolve(ty) {
        TypeRef::Named(index) => Some(*index),
        TypeRef::Nullable(inner) => by_value(shape, inner),
        _ => None,
    }
}

fn reaches(shape: &Shape, from: usize, to: usize) -> bool {
    let mut seen = vec![false; shape.types.len()];
    let mut queue = vec![from];
    while let Some(index) = queue.pop() {
        if index == to {
            return true;
        }
        if !std::mem::replace(&mut seen[index], true) {
            queue.extend(edges(shape, index).into_iter().map(|(_, target)| target));
        }
    }
    false
}

/// About how many bytes a value takes, not counting what it points to.
fn size(shape: &Shape, ty: &TypeRef, depth: usize) -> usize {
    const POINTER: usize = 8;
    if depth > 32 {
        return POINTER;
    }
    match shape.resolve(ty) {
        TypeRef::String | TypeRef::Secret | TypeRef::List(_) | TypeRef::Map(_) => 3 * POINTER,
        TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number => 8,
        // No member of an object is one.
        TypeRef::File => POINTER,
        TypeRef::Boolean => 1,
        TypeRef::Any => 4 * POINTER,
        TypeRef::Nullable(inner) => size(shape, inner, depth + 1) + 8,
        TypeRef::Named(index) => match &shape.types[*index].kind {
            Kind::OpenEnum(_) => 3 * POINTER,
            Kind::Alias(_) => POINTER,
            Kind::Object(object) => object
                .fields
                .iter()
                .map(|field| match (field.boxed, &field.ty, field.presence) {
                    (true, ..) => POINTER,
                    (_, TypeRef::Integer | TypeRef::Unsigned | TypeRef::Number, presence)
                        if presence != Presence::Required =>
                    {
                        16
                    }
                    (_, ty, _) => size(shape, ty, depth + 1),
                })
                .sum::<usize>()
                .saturating_add(POINTER),
            Kind::Union(union) => union
                .variants
                .iter()
                .map(|variant| {
                    if variant.boxed {
                        POINTER
                    } else {
                        size(shape, &variant.ty, depth + 1).min(LARGE)
                    }
                })
                .max()
                .unwrap_or(0)
                .max(4 * POINTER)
                .saturating_add(8),
        },
    }
}
