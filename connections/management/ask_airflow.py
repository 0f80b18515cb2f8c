"""Writes what an Airflow's providers say of their connection types, as JSON.

It runs in that Airflow's own Python (3.8 and later), and knows nothing of this project. The answer
goes into a file, because Airflow writes warnings to where it likes. With --without-libraries, it
also asks the hooks whose libraries aren't installed.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import sys
from types import ModuleType
from typing import Any

UI_MODULES = (
    "wtforms",
    "wtforms.fields",
    "wtforms.fields.simple",
    "wtforms.validators",
    "flask_babel",
    "flask_appbuilder",
    "flask_appbuilder.fieldwidgets",
)
KINDS = {
    "IntegerField": "integer",
    "BooleanField": "boolean",
    "FloatField": "number",
    "DecimalField": "number",
}


class AnyAttribute(type):
    """A class that has what a hook asks it for at its import, such as an enumeration's members."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return cls

    def __getitem__(cls, _: Any) -> Any:
        return cls


class Ignored(metaclass=AnyAttribute):
    """What a hook asks a library for that says nothing about its connection, such as a widget."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.input_type = ""


class AnyOf:
    def __init__(self, values: Any, *_: Any, **__: Any) -> None:
        self.values = list(values)


class InputRequired(Ignored):
    pass


class StringField:
    """Answers as a field of wtforms does before it is bound to a form."""

    widget = Ignored()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args, self.kwargs, self.field_class = args, kwargs, type(self)


class PasswordField(StringField):
    pass


class IntegerField(StringField):
    pass


class BooleanField(StringField):
    pass


NAMES = {
    "StringField": StringField,
    "PasswordField": PasswordField,
    "IntegerField": IntegerField,
    "BooleanField": BooleanField,
    "AnyOf": AnyOf,
    "any_of": AnyOf,
    "InputRequired": InputRequired,
    "DataRequired": InputRequired,
    "lazy_gettext": str,
    "gettext": str,
}


class StandIn(ModuleType):
    """A library that isn't installed.

    Airflow 3 has no wtforms, which many custom hooks still import to declare their fields.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        # Each name has a class of its own, because a hook can't derive from the same class twice.
        return NAMES.get(name) or type(name, (Ignored,), {})


class LibraryFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds what a provider imports and nothing else finds."""

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        # A library that tries to import another one takes what follows from its absence.
        if name.startswith("airflow.") or not _importer().startswith("airflow.providers."):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """A stand-in has nothing to run."""


def _importer() -> str:
    """The name of the module that imports at this moment."""
    machinery = (__name__, "importlib", "importlib._bootstrap")
    frame = inspect.currentframe()
    while frame:
        name = frame.f_globals.get("__name__")
        if name not in machinery:
            return str(name)
        frame = frame.f_back
    return ""


def stand_in_for_ui_libraries() -> None:
    libraries = {name.partition(".")[0] for name in UI_MODULES}
    missing = set(filter(_is_missing, libraries))
    for name in UI_MODULES:
        if name.partition(".")[0] in missing:
            module = StandIn(name)
            module.__path__ = []  # A package, so that its submodules can be imported.
            sys.modules[name] = module


def _is_missing(library: str) -> bool:
    return library not in sys.modules and importlib.util.find_spec(library) is None


def rows(manager: Any) -> list[dict[str, Any]]:
    hooks = {name: _hook(manager, name) for name in manager.hooks}
    fields = _fields(manager)
    return [_row(manager, name, hook, fields.get(name, {})) for name, hook in sorted(hooks.items())]


def _hook(manager: Any, conn_type: str) -> Any:
    """A hook whose library isn't installed has no information, or raises."""
    try:
        return manager.hooks[conn_type]
    except Exception:  # noqa: BLE001 - one broken provider must not hide the others.
        return None


def _row(manager: Any, conn_type: str, hook: Any, fields: dict[str, Any]) -> dict[str, Any]:
    package, declaration = _declaration(manager, conn_type)
    package = getattr(hook, "package_name", None) or package
    behaviour = manager.field_behaviours.get(conn_type) or {}
    path = getattr(hook, "hook_class_name", None) or declaration.get("hook-class-name")
    hook_class = _imported(path)
    argument = _argument(hook_class, getattr(hook, "connection_id_attribute_name", None))
    return {
        "connection_type": conn_type,
        "name": getattr(hook, "hook_name", None) or declaration.get("hook-name"),
        "provider": package,
        "version": getattr(manager.providers.get(package), "version", None),
        "source": "installed" if package else None,
        "hook": path,
        "argument": argument,
        "default_id": _default_id(hook_class, argument),
        "hidden": list(behaviour.get("hidden_fields") or ()),
        "relabeling": dict(behaviour.get("relabeling") or {}),
        "placeholders": _without_prefix(conn_type, behaviour.get("placeholders") or {}),
        "fields": fields,
    }


def _declaration(manager: Any, conn_type: str) -> tuple[str | None, dict[str, Any]]:
    for package, provider in manager.providers.items():
        for declaration in provider.data.get("connection-types") or ():
            if declaration.get("connection-type") == conn_type:
                return package, declaration
    return None, {}


def _imported(path: str | None) -> Any:
    """A hook that can't be imported is shown without code for it."""
    try:
        module, _, name = (path or "").rpartition(".")
        return getattr(importlib.import_module(module), name)
    except Exception:  # noqa: BLE001 - what goes wrong in somebody's module can be anything.
        return None


def _argument(hook: Any, attribute: str | None) -> str | None:
    """The hook's argument that takes a connection's id. Mostly its name is the attribute's."""
    if hook is None:
        return None
    arguments = _arguments(hook)
    is_sql = any(base.__name__ == "DbApiHook" for base in hook.__mro__)
    if attribute and (attribute in arguments or is_sql):
        return attribute
    if "conn_id" in arguments:
        return "conn_id"
    return None


def _default_id(hook: Any, argument: str | None) -> str | None:
    """The connection that the hook asks for when none is named.

    The default of its argument counts before what its class says.
    """
    if hook is None:
        return None
    for conn_id in (_arguments(hook).get(argument), getattr(hook, "default_conn_name", None)):
        if conn_id and isinstance(conn_id, str):
            return conn_id
    return None


def _arguments(hook: Any) -> dict[str | None, Any]:
    """What the hook's constructor and those of its bases take, with the defaults of the nearest."""
    arguments: dict[str | None, Any] = {}
    for base in hook.__mro__:
        if "__init__" in vars(base):
            arguments = {**_defaults(base.__init__), **arguments}
    return arguments


def _defaults(function: Any) -> dict[str | None, Any]:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: parameter.default for name, parameter in parameters.items()}


def _fields(manager: Any) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    for key, widget in manager.connection_form_widgets.items():
        _, conn_type, name = key.split("__", 2)
        read = _declared if isinstance(widget.field, dict) else _drawn
        fields.setdefault(conn_type, {})[name] = read(widget.field)
    return fields


def _declared(field: dict[str, Any]) -> dict[str, Any]:
    schema = dict(field.get("schema") or {})
    return {"label": schema.get("title"), "description": field.get("description"), "schema": schema}


def _drawn(field: Any) -> dict[str, Any]:
    """A field of wtforms, or ours in its place."""
    label = _given(field, 0, "label")
    validators = _given(field, 1, "validators") or ()
    kind = field.field_class.__name__
    schema: dict[str, Any] = {
        "type": [KINDS.get(kind, "string"), "null"],
        "default": field.kwargs.get("default"),
    }
    input_type = getattr(field.kwargs.get("widget"), "input_type", "")
    if kind == "PasswordField" or input_type == "password":
        schema["format"] = "password"
    for validator in validators:
        if hasattr(validator, "values"):
            schema["enum"] = list(validator.values)
        if type(validator).__name__ in ("InputRequired", "DataRequired"):
            schema["type"] = schema["type"][0]
    return {
        "label": str(label or ""),
        "description": str(field.kwargs.get("description") or ""),
        "schema": schema,
    }


def _given(field: Any, place: int, name: str) -> Any:
    if len(field.args) > place:
        return field.args[place]
    return field.kwargs.get(name)


def _without_prefix(conn_type: str, placeholders: dict[str, Any]) -> dict[str, str]:
    return {key.split(f"extra__{conn_type}__")[-1]: str(text) for key, text in placeholders.items()}


def main(path: str, *options: str) -> None:
    stand_in_for_ui_libraries()
    if "--without-libraries" in options:
        sys.meta_path.append(LibraryFinder())
    manager = importlib.import_module("airflow.providers_manager").ProvidersManager()
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - as plain as the rest of what runs elsewhere.
        json.dump(rows(manager), file, default=str)


if __name__ == "__main__":
    main(*sys.argv[1:])
