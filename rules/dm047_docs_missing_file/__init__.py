from dotmac_lint.rules.dm047_docs_missing_file.rule import DocsMissingFile

__all__ = ["DocsMissingFile"]
