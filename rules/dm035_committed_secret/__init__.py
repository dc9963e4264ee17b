from dotmac_lint.rules.dm035_committed_secret.rule import CommittedSecret

__all__ = ["CommittedSecret"]
