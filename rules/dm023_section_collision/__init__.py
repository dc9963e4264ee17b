from dotmac_lint.rules.dm023_section_collision.rule import SectionCollision

__all__ = ["SectionCollision"]
