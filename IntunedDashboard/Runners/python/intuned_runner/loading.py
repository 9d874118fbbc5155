import importlib.util
import inspect
import os
import sys
import types

from .errors import Failure


def load(root, path):
    """Loads the module of a file by its path, which may have names that no import statement can say. None when there is no file."""
    file = os.path.join(root, *path.split("/")) + ".py"
    if not os.path.isfile(file):
        return None
    parts = path.split("/")
    for depth in range(1, len(parts)):
        _package(root, parts[:depth])
    return _execute(".".join(parts), file)


def find_function(root, path, kind):
    module = load(root, path)
    if module is None:
        raise Failure("script-unexpected-error", f"{path} is not in the deployed project.")
    names = list(dict.fromkeys([{"check": "check", "create": "create"}.get(kind, "automation"), "automation", "create", "check"]))
    for name in names:
        function = getattr(module, name, None)
        if callable(function):
            return _asynchronous(function, path, name)
    raise Failure("script-unexpected-error", f"{path}.py has no function {names[0]}.")


def find_hook(root):
    module = load(root, "hooks/setup_context")
    if module is None:
        return None
    function = getattr(module, "setup_context", None)
    if not callable(function):
        raise Failure("script-unexpected-error", "hooks/setup_context.py has no function setup_context.")
    return _asynchronous(function, "hooks/setup_context", "setup_context")


def _asynchronous(function, path, name):
    called = function if inspect.isroutine(function) else getattr(function, "__call__", function)
    if not (inspect.iscoroutinefunction(inspect.unwrap(function)) or inspect.iscoroutinefunction(called)):
        raise Failure("script-unexpected-error", f"{name} in {path}.py must be asynchronous: write async def {name}.")
    return function


def _package(root, parts):
    """Folders are packages with or without an __init__.py, whatever else is installed under their name."""
    name = ".".join(parts)
    folder = os.path.join(root, *parts)
    known = sys.modules.get(name)
    if known is not None and folder in list(getattr(known, "__path__", [])):
        return
    start = os.path.join(folder, "__init__.py")
    if os.path.isfile(start):
        _execute(name, start, [folder])
        return
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package


def _execute(name, file, search=None):
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
