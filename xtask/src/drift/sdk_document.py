"""Prints what OpenAI's Python package says about some paths as an OpenAPI document.

usage: sdk_document.py PATH_PREFIX...

The operations are read from the methods of the package's resources, the schemas from the types that these
methods name: typed dictionaries for what is sent, pydantic models for what is received. The package does not
say everything that a document says. What it leaves open is marked, so that nobody takes it for a difference:

  x-not-comparable        at the top: kinds of differences that the package cannot show
  x-nullability-unknown   in an object: members with the default None, which may be absent, null, or both
  2XX                     the status of a success
"""

import ast
import collections.abc
import functools
import importlib
import inspect
import json
import pkgutil
import sys
import textwrap
import types
import typing

import openai
import openai.resources
import pydantic
import typing_extensions
from openai._models import BaseModel
from openai._resource import SyncAPIResource

SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean"}
METHODS = {"_get": "get", "_post": "post", "_delete": "delete", "_put": "put", "_patch": "patch",
           "_get_api_list": "get"}
REQUIRED = (typing_extensions.Required, typing.Required)
WRAPPERS = (*REQUIRED, typing_extensions.NotRequired, typing.NotRequired)
ALIASES = tuple({typing_extensions.TypeAliasType, getattr(typing, "TypeAliasType", typing_extensions.TypeAliasType)})


class Schemas:
    """Turns types into schemas. Each class becomes a component of its own."""

    def __init__(self):
        self.components = {}
        self.names = {}

    def of(self, kind):
        if isinstance(kind, ALIASES):
            return self.of(kind.__value__)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Annotated or origin in WRAPPERS:
            return self.of(arguments[0])
        if kind in (None, types.NoneType):
            return {"type": "null"}
        if kind in SCALARS:
            return {"type": SCALARS[kind]}
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in arguments]}
        if origin is typing.Literal:
            return literal(arguments)
        if isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(origin, type) and issubclass(origin, collections.abc.Iterable):
            return {"type": "array", "items": self.of(arguments[0])}
        if typing_extensions.is_typeddict(kind) or isinstance(kind, type) and issubclass(kind, BaseModel):
            return self.component(kind)
        if kind in (object, typing.Any):
            return {}
        sys.exit(f"sdk_document.py: no schema can be made of {kind!r}")

    def component(self, kind):
        if kind not in self.names:
            stem = kind.__name__.split("[")[0]
            taken = set(self.names.values())
            name = next(name for number in range(1, 1000)
                        if (name := stem if number == 1 else f"{stem}{number}") not in taken)
            self.names[kind] = name
            self.components[name] = {}
            self.components[name] = self.object(members(kind))
        return {"$ref": f"#/components/schemas/{self.names[kind]}"}

    def object(self, found):
        schema = {"type": "object", "properties": {}}
        for name, (kind, required, unknown) in found.items():
            schema["properties"][name] = self.of(kind)
            if required:
                schema.setdefault("required", []).append(name)
            if unknown:
                schema.setdefault("x-nullability-unknown", []).append(name)
        return schema


def literal(values):
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(values):
        return {"type": "string", "enum": texts}
    return {"enum": list(values)}


def members(kind):
    """The members of a class: type, whether required, whether its nullability is unknown."""
    if typing_extensions.is_typeddict(kind):
        hints = typing_extensions.get_type_hints(kind, include_extras=True)
        return {alias(name, hint): (hint, is_required(kind, name, hint), False) for name, hint in hints.items()}
    return {
        field.alias or name: (field.annotation, field.is_required(),
                              not field.is_required() and field.default is None)
        for name, field in kind.model_fields.items()
    }


def is_required(kind, name, hint):
    """The marks of annotations that are texts until they are read are not known to the class itself."""
    origin = typing.get_origin(hint)
    if origin is typing.Annotated:
        return is_required(kind, name, typing.get_args(hint)[0])
    return origin in REQUIRED or origin not in WRAPPERS and name in kind.__required_keys__


def alias(name, hint):
    for extra in getattr(hint, "__metadata__", ()):
        name = getattr(extra, "alias", None) or name
    for inner in typing.get_args(hint):
        if typing.get_origin(hint) in WRAPPERS:
            name = alias(name, inner)
    return name


class Method:
    """A resource's method that makes one request."""

    def __init__(self, function, call):
        self.scope = {**vars(typing), **function.__globals__}
        self.deprecated = hasattr(function, "__deprecated__")
        self.verb = METHODS[call.func.attr]
        self.path = path(call.args[0])
        self.keywords = {keyword.arg: keyword.value for keyword in call.keywords}

    def value(self, node):
        """What an expression of types stands for."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
            node = node.args[1]
        return eval(compile(ast.Expression(node), "sdk", "eval"), self.scope)

    def named(self, name):
        node = self.keywords.get(name)
        return None if node is None else self.value(node)

    def sent(self, node):
        """The members of a body or query: of the types that the method names, those that it fills in."""
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "maybe_transform"):
            return {}
        shape, kind = node.args
        alternatives = [self.value(part) for part in ([kind.body, kind.orelse] if isinstance(kind, ast.IfExp) else [kind])]
        flat = [one for part in alternatives for one in (typing.get_args(part) or (part,))]
        names = [key.value for key in shape.keys] if isinstance(shape, ast.Dict) else None
        found = {}
        for each in map(members, flat):
            for name, (hint, required, _) in each.items():
                if names is None or name in names:
                    found.setdefault(name, []).append((hint, required))
        return {
            name: (typing.Union[tuple(hint for hint, _ in all_of_them)],
                   len(all_of_them) == len(flat) and all(required for _, required in all_of_them), False)
            for name, all_of_them in found.items()
        }

    def operation(self, schemas):
        operation = {"responses": {"2XX": self.response(schemas)}}
        if self.deprecated:
            operation["deprecated"] = True
        named = [part.split("}")[0] for part in self.path.split("{")[1:]]
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named]
        options = self.keywords.get("options")
        if isinstance(options, ast.Call):
            query = next((keyword.value for keyword in options.keywords if keyword.arg == "query"), None)
            for name, (kind, required, _) in self.sent(query).items():
                parameters.append({"name": name, "in": "query", "required": required, "schema": schemas.of(unwrap(kind))})
        if parameters:
            operation["parameters"] = parameters
        if "body" in self.keywords:
            body = self.sent(self.keywords["body"])
            operation["requestBody"] = {
                "required": any(required for _, required, _ in body.values()),
                "content": {"application/json": {"schema": schemas.object(
                    {name: (unwrap(kind), *rest) for name, (kind, *rest) in body.items()})}},
            }
        return operation

    def response(self, schemas):
        page, whole, stream = self.named("page"), self.named("cast_to"), self.named("stream_cls")
        if page is not None:
            whole = page
        content = {}
        if whole not in (None, types.NoneType):
            content["application/json"] = {"schema": schemas.of(whole)}
        if stream is not None:
            content["text/event-stream"] = {"schema": schemas.of(typing.get_args(stream)[0])}
        return {"description": "A success.", **({"content": content} if content else {})}


def unwrap(kind):
    """A type without the marks that say whether its member is required."""
    if typing.get_origin(kind) in WRAPPERS:
        return unwrap(typing.get_args(kind)[0])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return functools.reduce(lambda a, b: typing.Union[a, b], map(unwrap, typing.get_args(kind)))
    return kind


def path(node):
    if isinstance(node, ast.Call):
        return path(node.args[0])
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else f"{{{part.value.id}}}" for part in node.values)
    return node.value


def methods():
    """All methods of all resources that make a request."""
    for module in pkgutil.walk_packages(openai.resources.__path__, "openai.resources."):
        loaded = importlib.import_module(module.name)
        for kind in list(vars(loaded).values()):
            if not (isinstance(kind, type) and issubclass(kind, SyncAPIResource) and kind.__module__ == module.name):
                continue
            for function in list(vars(kind).values()):
                if not inspect.isfunction(function):
                    continue
                inner = inspect.unwrap(function)
                tree = ast.parse(textwrap.dedent(inspect.getsource(inner)))
                for call in ast.walk(tree):
                    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in METHODS \
                            and getattr(call.func.value, "id", "") == "self" and call.args:
                        yield function, inner, call


def document(prefixes):
    schemas, paths = Schemas(), {}
    for function, inner, call in methods():
        if not isinstance(call.args[0], (ast.Constant, ast.JoinedStr, ast.Call)):
            continue
        method = Method(inner, call)
        method.deprecated = hasattr(function, "__deprecated__")
        if isinstance(method.path, str) and method.path.startswith(tuple(prefixes)):
            # A helper that makes the same request in another way says less about it than the method itself.
            paths.setdefault(method.path, {}).setdefault(method.verb, method.operation(schemas))
    if not paths:
        sys.exit(f"sdk_document.py: openai {openai.__version__} has no operation below {', '.join(prefixes)}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "The types of OpenAI's Python package", "version": openai.__version__},
        "x-not-comparable": ["security", "deprecated", "operation_id", "format"],
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.components.items()))},
    }


if __name__ == "__main__":
    json.dump(document(sys.argv[1:]), sys.stdout, indent=1)
