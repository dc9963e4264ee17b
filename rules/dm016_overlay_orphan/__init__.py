from dotmac_lint.rules.dm016_overlay_orphan.rule import OverlayOrphan

__all__ = ["OverlayOrphan"]
