"""Read YAML of a user safely: bounded, and with repeated keys refused."""

import datetime
import math

import yaml

from goodunits.base import guarded
from goodunits.base.errors import ConfigError, SessionError
from goodunits.config.schema_messages import value_words

MAX_BYTES = 10**6
MAX_VALUES = 50_000


def load_yaml(path):
    """Read a YAML file that holds a mapping.

    Parameters
    ----------
    path : path
        UTF-8 text; an empty file gives an empty dict.

    Returns
    -------
    dict

    Raises
    ------
    ConfigError
        If it cannot be read, is not YAML (with line and column), holds a key twice or no mapping.
    """
    try:
        text = guarded.read(path, MAX_BYTES).decode("utf-8-sig")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if _n_values(node, {}) > MAX_VALUES:
            raise ConfigError([f"{path}: more than {MAX_VALUES} values; write out its aliases (*)"])
        content = yaml.safe_load(text)
    except SessionError as error:
        raise ConfigError([str(error)]) from error
    except RecursionError as error:
        raise ConfigError([f"{path}: nested too deeply, or an alias (*) in itself"]) from error
    except OSError as error:
        raise ConfigError([f"{path}: could not be read ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8; save it as UTF-8"]) from error
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_yaml_problem(path, error)]) from error
    except (yaml.YAMLError, ValueError, TypeError) as error:
        # ValueError: an impossible date such as 2024-02-31; TypeError: a list as a key.
        raise ConfigError([f"{path}: {' '.join(str(error).split())}"]) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigError([f"{path}: found {value_words(content)}, expected lines of 'key: value'"])
    repeated = [f"{path}, {text}" for text in _repeated_keys(node)]
    if repeated:
        raise ConfigError(repeated)
    return content


def _n_values(node, counted):
    """Number of values once every alias is written out; an alias in itself is no end."""
    if node is None:
        return 0
    if id(node) not in counted:
        counted[id(node)] = math.inf
        children = node.value if isinstance(node.value, list) else []
        pairs = isinstance(node, yaml.MappingNode)
        flat = [child for pair in children for child in pair] if pairs else children
        counted[id(node)] = 1 + sum(_n_values(child, counted) for child in flat)
    return counted[id(node)]


def _dates_as_text(only):
    """YAML takes an id such as 2024-01-31 for a date."""
    if isinstance(only, list):
        return [_dates_as_text(item) for item in only]
    return only.isoformat() if isinstance(only, datetime.date) else only


def _every_key_required(metrics_schema):
    """The schema of the metrics with every metric and parameter required."""
    metrics = {
        name: {**block, "required": list(block.get("properties", {}))}
        for name, block in metrics_schema.get("properties", {}).items()
    }
    return {**metrics_schema, "properties": metrics, "required": list(metrics)}


def _yaml_problem(path, error):
    """One line for a YAML syntax error."""
    mark = error.problem_mark or error.context_mark
    place = f"{path}, line {mark.line + 1}, column {mark.column + 1}" if mark else str(path)
    text = " ".join(f"{error.problem or error.context}".split())
    if "'\\t'" in text:
        return f"{place}: a tab; YAML is indented with spaces only"
    if "alias" in text:
        return f"{place}: {text}; put a text that starts with * in quotes"
    return f"{place}: {text}; check indentation, colons and quotes here and one line above"


def _repeated_keys(node):
    """Places of keys that appear twice in a mapping; YAML itself would keep the last silently."""
    problems, waiting, seen = [], [node], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            lines = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if isinstance(key, yaml.ScalarNode) and lines.setdefault(key.value, line) != line:
                    problems.append((line, key.value, lines[key.value]))
                waiting.append(value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return [
        f"line {line}: '{key}' appears twice (first in line {first}); keep one"
        for line, key, first in sorted(problems)
    ]
