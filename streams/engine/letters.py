"""Dead letters of a zone partition: what was refused of a line, with its reasons."""

from sensors.directory import Directory
from sensors.ledger import Ledger
from sensors.reason import Reason
from streams.engine.config import EngineConfig
from streams.engine.incoming import Incoming
from streams.engine.published import Published
from streams.engine.reception import Reception, receive
from streams.engine.rejecting import Refused, detail_of
from streams.engine.zone_snapshot import PartitionSnapshot


class Letters:
    """Writes the dead letters of lines.

    Args:
        config: Terminals and zones.
        directory: Numbers of terminals and channels.
        own: The partition's own state: stream time, and the numbers of letters.
    """

    def __init__(self, config: EngineConfig, directory: Directory, own: PartitionSnapshot) -> None:
        self._config, self._directory, self._own = config, directory, own

    def of_line(
        self, incoming: Incoming, index: int, refused: list[tuple[int, Reason]]
    ) -> list[Published]:
        """The dead letters of one line, one for each reason.

        Args:
            incoming: The frame.
            index: Which line.
            refused: Record in the pack and reason of each reading that was refused, by record.
        """
        reception = incoming.receptions.get(index)
        whole = None if reception is None else reception.whole
        if whole is None and not refused:
            return []
        if reception is None:
            reception = receive(incoming.line(index), self._config.city, self._directory, Ledger())
        writer = self._writer(reception)
        if whole is not None:
            return [writer.pack(*whole)]
        by_reason: dict[Reason, list[int]] = {}
        for record, reason in refused:
            by_reason.setdefault(reason, []).append(record)
        return [
            writer.records(reason, self._detail(reception, records[0], reason), records)
            for reason, records in by_reason.items()
        ]

    def _detail(self, reception: Reception, record: int, reason: Reason) -> str:
        """What a letter says of the first of its records."""
        first = reception.records[record]
        own = self._directory.terminal_of(reception.terminal or "")
        channel = self._directory.channel_of(first.name)
        is_own = channel is not None and self._directory.terminal[channel] == own
        about = self._directory.about(channel) if is_own and channel is not None else None
        return detail_of(reason, first, about, self._own.now)

    def _writer(self, reception: Reception) -> Refused:
        city, terminal = self._config.city, reception.terminal
        if terminal is None:
            raise ValueError("a tick has no letters")
        home = city.terminals.get(terminal)
        return Refused(
            self._own.now, terminal, home.zone if home else "",
            city.zones[home.zone].timezone if home else "UTC", reception.line, self._own.letters,
        )  # fmt: skip
