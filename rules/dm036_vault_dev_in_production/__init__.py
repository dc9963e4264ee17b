from dotmac_lint.rules.dm036_vault_dev_in_production.rule import VaultDevInProduction

__all__ = ["VaultDevInProduction"]
