/* The compiled twin of sensors/appending.py: rows that are newer than all before them in their group
 * are written behind them. Beyond that twin it knows repeated rows, and puts rows that are out of
 * order in their place; what it leaves to Python is what changes more than the rows.
 */

#include "native.h"

#include <math.h>
#include <string.h>

#define SPAN INT32_MAX /* of sensors/regions.py */
#define MAY_BE_FULL (1LL << 62)
enum { ADDED = 1, REPEATED = 2 }; /* of sensors/appending.py; 0: it is for `insert` */

/* How many rows of each group are to come; marked where it may come to its capacity with them. */
static void expect(const Regions *regions, const Rows *rows, int64_t *coming) {
    for (int64_t i = 0; i < rows->count; i++) coming[rows->group[i]]++;
    for (int64_t i = 0; i < rows->count; i++) {
        int64_t group = rows->group[i];
        if (!(coming[group] & MAY_BE_FULL) &&
            regions->count[group] + coming[group] > regions->capacity[group])
            coming[group] |= MAY_BE_FULL;
    }
}

/* Whether all readings of a row stand in its cells already. */
static int is_repeated(const Rows *rows, int64_t row, const double *cells) {
    for (int64_t i = rows->first[row]; i < rows->first[row + 1]; i++)
        if (cells[rows->column[i]] != rows->value[i]) return 0;
    return 1;
}

/* Write a row at a place of its group; those from there on move up by one. */
static void put(const Regions *regions, const Rows *rows, int64_t row, int64_t place) {
    int64_t group = rows->group[row], first = rows->first[row], end = rows->first[row + 1];
    int64_t width = regions->width[group];
    size_t after = (size_t)(regions->count[group]++ - place);
    int32_t *instant = regions->since_epoch + regions->row[group] + place;
    double *cells = regions->values + regions->cell[group] + place * width;
    if (after) {
        memmove(instant + 1, instant, after * sizeof *instant);
        memmove(cells + width, cells, after * (size_t)width * sizeof *cells);
    }
    *instant = (int32_t)(rows->at[row] - regions->epoch[group]);
    if (rows->at[row] > regions->newest[group]) regions->newest[group] = rows->at[row];
    if (end - first < width)
        for (int64_t i = 0; i < width; i++) cells[i] = NAN;
    for (int64_t i = first; i < end; i++) cells[rows->column[i]] = rows->value[i];
}

/* How many rows before its turn a group's tables are asked of memory, and half as many its place. */
enum { AHEAD = 16 };

static void fetch_ahead(const Regions *regions, const Rows *rows, int64_t row) {
    if (row + AHEAD < rows->count) {
        int64_t group = rows->group[row + AHEAD];
        __builtin_prefetch(regions->floor + group);
        __builtin_prefetch(regions->epoch + group);
        __builtin_prefetch(regions->newest + group);
        __builtin_prefetch(regions->row + group);
        __builtin_prefetch(regions->cell + group);
        __builtin_prefetch(regions->width + group);
        __builtin_prefetch(regions->room + group);
    }
    if (row + AHEAD / 2 < rows->count) {
        int64_t group = rows->group[row + AHEAD / 2], count = regions->count[group];
        int64_t width = regions->width[group];
        const double *cells = regions->values + regions->cell[group] + count * width;
        __builtin_prefetch(regions->since_epoch + regions->row[group] + count, 1);
        for (int64_t i = 0; i < width; i += 8) __builtin_prefetch(cells + i, 1);
    }
}

/* Append the rows from one on (-1: all, a first call), and say of each what became of it. Gives the
 * first whose group has no room for it, with how many rows of the group are still to come in
 * `lacking`; call again from there when it has. All rows: count. */
int64_t vitals_append(const Regions *regions, const Rows *rows, int64_t from, int64_t *coming,
                      uint8_t *outcome, int64_t *lacking) {
    if (from < 0) expect(regions, rows, coming);
    for (int64_t i = from < 0 ? 0 : from; i < rows->count; i++) {
        int64_t group = rows->group[i], at = rows->at[i], count = regions->count[group];
        fetch_ahead(regions, rows, i);
        if (coming[group] & MAY_BE_FULL || at < regions->floor[group]) continue;
        int64_t since = at - regions->epoch[group], place = count;
        if (at <= regions->newest[group]) {
            const int32_t *known = regions->since_epoch + regions->row[group];
            place = rows_before(known, 0, count, since);
            if (place < count && known[place] == since) {
                const double *cells =
                    regions->values + regions->cell[group] + place * regions->width[group];
                if (is_repeated(rows, i, cells)) outcome[i] = REPEATED;
                continue;
            }
        }
        if (rows->is_odd[i]) continue;
        if (count >= regions->room[group] || since > SPAN || since < 0) {
            *lacking = coming[group];
            return i;
        }
        put(regions, rows, i, place);
        outcome[i] = ADDED;
    }
    for (int64_t i = 0; i < rows->count; i++) coming[rows->group[i]] = 0;
    return rows->count;
}

/* Copy the cells of the rows of these instants that are still there, row after row; gives how many. */
int64_t vitals_rows_at(const Regions *regions, const int64_t *groups, const int64_t *instants,
                       int64_t count, uint8_t *is_there, double *values) {
    double *next = values;
    for (int64_t i = 0; i < count; i++) {
        int64_t group = groups[i], since = instants[i] - regions->epoch[group];
        int64_t rows = regions->count[group], width = regions->width[group];
        const int32_t *known = regions->since_epoch + regions->row[group];
        int64_t place = rows_before(known, 0, rows, since);
        is_there[i] = place < rows && known[place] == since;
        if (!is_there[i]) continue;
        memcpy(next, regions->values + regions->cell[group] + place * width,
               (size_t)width * sizeof *next);
        next += width;
    }
    return next - values;
}
