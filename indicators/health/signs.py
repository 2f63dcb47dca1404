"""The declaration of the health index."""

from collections.abc import Sequence

from indicators.health.index import HealthIndex
from indicators.health.settings import HealthSettings
from indicators.vital_sign import Basis, VitalSign


def health_sign(signs: Sequence[VitalSign], settings: HealthSettings | None = None) -> VitalSign:
    """The declaration of the index over other signs."""
    settings = settings or HealthSettings()
    return VitalSign(
        id="health_index",
        zh="健康指数",
        en="Health index",
        group="health",
        unit="1",
        basis=Basis.SIGNS,
        formula=HealthIndex(settings, {sign.id: sign for sign in signs}),
        window_s=60,
        levels=settings.levels,
        descending=True,
        is_scored=False,
        owner="town",
        remark=("最差体征：{worst}", "worst sign: {worst}"),
        asides=(
            (
                "最差处：{worst_place}（{worst_value:.0f}）",
                "worst: {worst_place} ({worst_value:.0f})",
            ),
            ("该处最差体征：{worst_sign}", "its worst sign: {worst_sign}"),
            ("权重变动时在{low}至{high}之间", "between {low} and {high} if weights vary"),
            ("因{capped_by}最高为{cap:.0f}", "at most {cap:.0f} because of {capped_by}"),
            ("生命安全体征未知：{unknown}", "life-safety signs unknown: {unknown}"),
            ("生命安全体征存疑：{doubtful}", "life-safety signs in doubt: {doubtful}"),
        ),
        names=("worst", "worst_place", "worst_sign", "capped_by", "unknown", "doubtful"),
        source="formula, weights and utilities [D]; why a geometric mean: COINr, OECD/JRC [V]",
    )
