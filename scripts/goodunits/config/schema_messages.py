"""Check data against a JSON schema and say each problem in one line for the user."""

import math

from jsonschema import Draft202012Validator

from goodunits.base.errors import nearest
from goodunits.catalogue import field_names

TYPE_WORDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping of 'key: value'",
}
LIMIT_WORDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def config_problems(config, schema, kinds):
    """List what is wrong with a configuration.

    Parameters
    ----------
    config : dict
        The whole configuration.
    schema : dict
        JSON schema (draft 2020-12); the descriptions in it appear in the lines.
    kinds : mapping
        Kind of every metric by name, to tell a metric without parameters from a wrong name.

    Returns
    -------
    list of str
        One line per problem, sorted by key; empty if all is well.
    """
    problems = _unsayable(config, ())
    errors = Draft202012Validator(schema).iter_errors(_with_text_keys(config))
    for error in sorted(errors, key=_error_place):
        problems += _describe(error, schema, kinds)
    return list(dict.fromkeys(problems))


def _key_path(parts):
    """Path of a key as a user writes it: metrics.presence_ratio, only[0]."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".")


def _error_place(error):
    """Sort key of schema errors: by place, then by text."""
    return [str(part) for part in error.absolute_path], error.message


def value_words(value):
    """Say what was found, in words.

    Parameters
    ----------
    value : object
        Anything that YAML can give.

    Returns
    -------
    str
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value}'"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    return f"the {type(value).__name__} {value}"


def _describe(error, schema, kinds):
    """Lines for one schema error."""
    place = _key_path(error.absolute_path)
    found = f"found {value_words(error.instance)}"
    about = _about(error.schema)
    rule = error.validator
    if rule == "additionalProperties":
        return _unknown_keys(error, place, schema, kinds)
    if rule == "required":
        return _missing_keys(error)
    if rule == "type":
        types = error.validator_value
        types = [types] if isinstance(types, str) else types
        expected = " or ".join(TYPE_WORDS[name] for name in types)
        return [f"{place}: {found}, expected {expected}{about}{_type_hint(error.instance, types)}"]
    if rule == "enum":
        about_metrics = place.startswith("phy_columns")
        find = field_names.hint if about_metrics else nearest
        hint = find(error.instance, error.validator_value)
        return [f"{place}: {found}{hint}{about}"]
    if rule in LIMIT_WORDS:
        return [f"{place}: {found}, expected {LIMIT_WORDS[rule]} {error.validator_value}{about}"]
    if rule == "pattern":
        return [f"{place}: {found}, expected {error.schema.get('description', 'another text')}"]
    if rule in ("minLength", "minItems", "minProperties"):
        return [f"{place}: is empty{about}"]
    if rule == "maxProperties":
        return [f"{place}: has more than one entry{about}"]
    if rule == "uniqueItems":
        return [f"{place}: an entry appears twice{about}"]
    return [f"{place or 'configuration'}: {error.message}{about}"]


def _about(schema):
    """Description of a key in brackets."""
    text = schema.get("description", "").removesuffix(".")
    return f" ({text})" if text else ""


def _missing_keys(error):
    """Lines for keys that have to be there."""
    return [
        f"{_key_path([*error.absolute_path, key])}: is missing"
        + _about(error.schema["properties"][key])
        for key in error.validator_value
        if key not in error.instance
    ]


def _unknown_keys(error, place, schema, kinds):
    """Lines for keys that the schema does not know."""
    known = list(error.schema.get("properties", {}))
    problems = []
    for key in sorted(set(error.instance) - set(known)):
        if place == "metrics" and key in kinds:
            hint = "; this metric has no parameters"
        elif not place and key in schema["properties"]["metrics"].get("properties", {}):
            hint = "; it belongs under 'metrics:'"
        else:
            hint = nearest(key, known) if known else "; no key is expected here"
        problems.append(f"{_key_path([*error.absolute_path, key])}: unknown key{hint}")
    return problems


def _type_hint(value, types):
    """What to write instead, for values that only look right."""
    if "string" in types and value is not None and not isinstance(value, list | dict):
        return f"; write it in quotes: '{value}'"
    if not isinstance(value, str):
        return ""
    if "null" in types and value in ("null", "~", ""):
        return "; write null without quotes"
    try:
        number = float(value)
    except ValueError:
        return ""
    if "e" in value.lower():
        return f"; write {number!r} (YAML 1.1 reads {value} as text)"
    return f"; write {value} without quotes (--config makes nested values text: use --configfile)"


def _with_text_keys(value):
    """Copy with all keys as text: `_unsayable` reports those that were not."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value


def _unsayable(value, parts):
    """What a schema cannot refuse: keys that are not text, numbers that are not finite."""
    problems, inside = [], []
    if isinstance(value, dict):
        inside = [(str(key), item) for key, item in value.items()]
        where = _key_path(parts) or "configuration"
        problems = [
            f"{where}: key {value_words(key)} is not text; put it in quotes"
            for key in value
            if not isinstance(key, str)
        ]
    elif isinstance(value, list):
        inside = list(enumerate(value))
    elif isinstance(value, float) and not math.isfinite(value) and parts[:1] == ("metrics",):
        problems = [f"{_key_path(parts)}: found {value}, expected a finite number"]
    for part, item in inside:
        problems += _unsayable(item, (*parts, part))
    return problems
