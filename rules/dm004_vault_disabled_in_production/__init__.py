from dotmac_lint.rules.dm004_vault_disabled_in_production.rule import VaultDisabledInProduction

__all__ = ["VaultDisabledInProduction"]
