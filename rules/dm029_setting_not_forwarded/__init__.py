from dotmac_lint.rules.dm029_setting_not_forwarded.rule import SettingNotForwarded

__all__ = ["SettingNotForwarded"]
