/* The compiled twin of sensors/sifting.py. */

#include "native.h"

/* The constants of the same names in sensors/senml.py and sensors/screening.py. */
#define ABSOLUTE_FROM_MS ((1LL << 28) * 1000)
#define FUTURE_MS 30000

/* How many readings before its turn a channel is asked of memory. */
enum { AHEAD = 48 };

/* Which readings pass range and time; gives how many do. */
int64_t vitals_screen(const Readings *in, const Channels *channels, const int64_t *effective,
                      uint8_t *good) {
    int64_t passed = 0;
    for (int64_t i = 0; i < in->count; i++) {
        if (i + AHEAD < in->count) __builtin_prefetch(channels->channels + in->channel[i + AHEAD]);
        int64_t sort = channels->channels[in->channel[i]].sort;
        int64_t at = in->at[i], now = effective[in->line[i]];
        double value = in->value[i];
        good[i] = value >= channels->low[sort] && value <= channels->high[sort] &&
                  at >= ABSOLUTE_FROM_MS && at <= now + FUTURE_MS &&
                  at >= now - channels->horizon[sort];
        passed += good[i];
    }
    return passed;
}

/* The cells of the readings that passed, one behind the other, and their rows; gives how many rows.
 * The readings themselves are copied where `out` has room for them: where all passed, they stay. */
int64_t vitals_rows(const Readings *in, const Channels *channels, const uint8_t *good,
                    const Sifted *out) {
    int64_t rows = 0, next = 0, last_line = -1, last_group = -1, last_at = 0, last_turn = 0;
    for (int64_t i = 0; i < in->count; i++) {
        if (!good[i]) continue;
        int64_t channel = in->channel[i], line = in->line[i], at = in->at[i];
        int64_t turn = in->turn ? in->turn[i] : 0;
        Channel about = channels->channels[channel];
        if (line != last_line || about.group != last_group || at != last_at || turn != last_turn) {
            out->row_first[rows] = next;
            out->row_line[rows] = last_line = line;
            out->row_group[rows] = last_group = about.group;
            out->row_at[rows++] = last_at = at;
            last_turn = turn;
        }
        out->column[next] = about.column;
        if (out->channel) {
            out->channel[next] = channel;
            out->record[next] = in->record[i];
            out->value[next] = in->value[i];
        }
        next++;
    }
    out->row_first[rows] = next;
    return rows;
}
