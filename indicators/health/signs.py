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
        remark=(
            "最差体征：{worst}，权重变动时在{low}至{high}之间",
            "worst sign: {worst}, between {low} and {high} if weights vary",
        ),
        source="formula, weights and utilities [D]; why a geometric mean: COINr, OECD/JRC [V]",
    )
