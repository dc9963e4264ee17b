from dotmac_lint.rules.dm027_case_mismatch.rule import CaseMismatch

__all__ = ["CaseMismatch"]
