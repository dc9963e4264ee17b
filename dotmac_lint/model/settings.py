"""Placeholder until the real one lands."""


def find_settings(workspace):
    return ()


class Field: ...


class SettingsClass: ...
