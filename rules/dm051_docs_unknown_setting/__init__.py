from dotmac_lint.rules.dm051_docs_unknown_setting.rule import DocsUnknownSetting

__all__ = ["DocsUnknownSetting"]
