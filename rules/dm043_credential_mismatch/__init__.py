from dotmac_lint.rules.dm043_credential_mismatch.rule import CredentialMismatch

__all__ = ["CredentialMismatch"]
