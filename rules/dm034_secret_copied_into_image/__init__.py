from dotmac_lint.rules.dm034_secret_copied_into_image.rule import SecretCopiedIntoImage

__all__ = ["SecretCopiedIntoImage"]
