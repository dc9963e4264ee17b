from dotmac_lint.rules.dm055_data_not_kept.rule import DataNotKept

__all__ = ["DataNotKept"]
