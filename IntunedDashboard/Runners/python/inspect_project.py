"""Reads a project without running any of it, and says what this interpreter is. Prints one JSON object."""

import ast
import importlib.util
import json
import os
import re
import sys

CARRIED = {"intuned-runtime", "intuned-browser"}
SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", ".intuned", "auth-sessions-instances"}


def main(root):
    found = {"executable": sys.executable, "version": list(sys.version_info[:3]), "dependencies": [], "findings": []}
    if sys.version_info >= (3, 11):
        _read_manifest(root, found)
        _read_code(root, found)
        found["hasPlaywright"] = importlib.util.find_spec("playwright") is not None
    print(json.dumps(found))


def _read_manifest(root, found):
    import tomllib

    try:
        with open(os.path.join(root, "pyproject.toml"), "rb") as file:
            project = tomllib.load(file).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        _find(found, "pyproject.toml", int(line.group(1)) if line else 0, 0, "error", "pyproject-invalid", f"This is not valid TOML: {error}")
        return
    except FileNotFoundError:
        return
    dependencies = project.get("dependencies", []) if isinstance(project, dict) else None
    if not isinstance(dependencies, list) or not all(isinstance(item, str) for item in dependencies):
        _find(found, "pyproject.toml", 0, 0, "error", "pyproject-invalid", "project.dependencies must be a list of strings.")
        return
    for item in dependencies:
        name = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", item.strip())
        if name is None or "\n" in item or "file:" in item:
            _find(found, "pyproject.toml", 0, 0, "error", "pyproject-invalid", f"The dependency {item!r} is no package from an index.")
        elif re.sub(r"[-_.]+", "-", name.group(0)).lower() not in CARRIED:
            found["dependencies"].append(item.strip())
    wanted = project.get("requires-python")
    if isinstance(wanted, str) and not _fits(wanted):
        version = ".".join(map(str, sys.version_info[:2]))
        _find(found, "pyproject.toml", 0, 0, "warning", "python-version", f"The project asks for Python {wanted}; this machine runs it with {version}.")


def _fits(wanted):
    own = sys.version_info[:2]
    for operator, version in re.findall(r"(>=|<=|==|!=|~=|<|>)\s*(\d+(?:\.\d+)?)", wanted):
        other = tuple(map(int, version.split(".")))
        mine = own[:len(other)]
        if not {">=": mine >= other, "<=": mine <= other, "==": mine == other, "!=": mine != other, "~=": mine >= other, "<": mine < other,
                ">": mine > other}[operator]:
            return False
    return True


def _read_code(root, found):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(files):
            if name.endswith(".py"):
                path = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                _read_file(root, path, found)


def _read_file(root, path, found):
    try:
        with open(os.path.join(root, path), "rb") as file:
            tree = ast.parse(file.read(), path)
    except SyntaxError as error:
        _find(found, path, error.lineno or 0, error.offset or 0, "error", "syntax-error", error.msg)
        return
    except ValueError as error:
        _find(found, path, 0, 0, "error", "syntax-error", str(error))
        return
    names = _entry_names(path)
    if names and not names & _bound(tree.body) and not any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in tree.body):
        wanted = sorted(names)[0]
        _find(found, path, 0, 0, "warning", "function-missing", f"The file has no function {wanted}; a Run of it will fail.")


def _entry_names(path):
    if path == "hooks/setup_context.py":
        return {"setup_context"}
    if path == "auth-sessions/check.py":
        return {"check", "automation"}
    if path == "auth-sessions/create.py":
        return {"create", "automation"}
    if path.startswith("api/") and not path.endswith("__init__.py"):
        return {"automation", "create", "check"}
    return set()


def _bound(body):
    names = set()
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            names |= _bound(node.body) | _bound(getattr(node, "orelse", []))
    return names


def _find(found, file, line, column, severity, code, message):
    found["findings"].append({"file": file, "line": line, "column": column, "severity": severity, "code": code, "message": message})


if __name__ == "__main__":
    main(sys.argv[1])
