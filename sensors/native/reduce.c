/* The compiled twins of indicators/reduction.py and pooling.py: the rows of blocks, reduced column by
 * column, and members of one quantity as one.
 *
 * Sums are of whole steps, so their order does not matter; sound energy comes from the same table as
 * in Python, and from the same pow() for levels that are not whole hundredths.
 */

#include "native.h"

#include <math.h>

#define NEVER (-(1LL << 62)) /* of sensors/regions.py */
#define ENERGY_STEP 100.0 /* of indicators/window.py */

/* The first row at or after an instant. */
static int64_t first_from(const Regions *regions, int64_t group, int64_t at) {
    const int32_t *since_epoch = regions->since_epoch + regions->row[group];
    int64_t since = at - regions->epoch[group], count = regions->count[group];
    /* Windows are of the newest rows nearly always. */
    int64_t low = 0, high = count, step = 8;
    while (high - step > 0 && since_epoch[high - step] >= since) high -= step, step *= 2;
    if (high - step > 0) low = high - step;
    return rows_before(since_epoch, low, high, since);
}

/* The nearest whole number, half to even, as rint() gives it. */
static int64_t whole(double value) {
    if (fabs(value) < 0x1p51) {
        volatile double shifted = value + 0x1.8p52;
        return (int64_t)(shifted - 0x1.8p52);
    }
    return (int64_t)rint(value);
}

static int64_t energy_of(const Energies *energies, double level) {
    double place = rint(level * 100.0);
    if (place >= 0 && place < (double)energies->count && place / 100.0 == level)
        return energies->of_hundredths[(int64_t)place];
    return (int64_t)rint(pow(10.0, level / 10.0) * ENERGY_STEP);
}

/* One column of a block's rows: `values` is its first cell, and `width` cells farther the next. */
static void reduce_column(const Regions *regions, const Blocks *blocks, int64_t block,
                          int64_t column, int64_t first, int64_t rows, Cell *out) {
    int64_t group = blocks->group[block], width = blocks->width, newest = -1;
    const double *values = regions->values + regions->cell[group] + first * width + column;
    double scale = blocks->scale[block * width + column], low = INFINITY, high = -INFINITY;
    int is_energetic = blocks->energetic[block * width + column];
    int64_t count = 0, steps = 0, energy = 0;
    for (int64_t row = 0; row < rows; row++) {
        double value = values[row * width];
        if (isnan(value)) continue;
        count++;
        newest = row;
        if (value < low) low = value;
        if (value > high) high = value;
        steps += whole(value * scale);
        if (is_energetic) {
            int64_t own = energy_of(blocks->energies, value);
            energy = energy > INT64_MAX - own ? INT64_MAX : energy + own;
        }
    }
    int64_t at = NEVER;
    if (count)
        at = regions->since_epoch[regions->row[group] + first + newest] + regions->epoch[group];
    *out = (Cell){count, steps, energy, at, low, high};
}

/* The rows of a block in one round. */
typedef struct {
    int64_t first, rows;
} Span;

/* How many blocks go each step together, and how many blocks or members before its turn one is asked
 * of memory. In a large city each block is of another terminal, and its rows are in no cache: all
 * that a step will read is asked for by the step before. */
enum { TOGETHER = 16, AHEAD = 16 };

static void fetch_tables(const Regions *regions, int64_t group) {
    __builtin_prefetch(regions->count + group);
    __builtin_prefetch(regions->row + group);
    __builtin_prefetch(regions->cell + group);
    __builtin_prefetch(regions->epoch + group);
}

/* The instants of the newest rows. */
static void fetch_instants(const Regions *regions, int64_t group) {
    int64_t count = regions->count[group];
    const int32_t *end = regions->since_epoch + regions->row[group] + count;
    __builtin_prefetch(end - (count > 0));
    __builtin_prefetch(end - (count > 9 ? 9 : count));
}

static Span span_of(const Regions *regions, const Blocks *blocks, int64_t block, int64_t end) {
    int64_t group = blocks->group[block];
    int64_t first = first_from(regions, group, end + blocks->start[block]);
    Span span = {first, first_from(regions, group, end + blocks->end[block]) - first};
    const double *cells = regions->values + regions->cell[group] + first * blocks->width;
    /* Of many rows, the processor finds the later ones itself. */
    int64_t near = (span.rows < 2 ? span.rows : 2) * blocks->width;
    for (int64_t i = 0; i < near; i += 8) __builtin_prefetch(cells + i);
    if (near) __builtin_prefetch(cells + near - 1);
    return span;
}

/* Some blocks in one round; `number` is the first one's in the table. */
static void reduce_blocks(const Regions *regions, const Blocks *blocks, int64_t block, int64_t some,
                          int64_t end, int64_t number, const Table *out) {
    Span spans[TOGETHER];
    int64_t width = blocks->width;
    for (int64_t i = block + some; i < block + some + AHEAD && i < blocks->count; i++)
        fetch_tables(regions, blocks->group[i]);
    for (int64_t i = 0; i < some; i++) fetch_instants(regions, blocks->group[block + i]);
    for (int64_t i = 0; i < some; i++) spans[i] = span_of(regions, blocks, block + i, end);
    for (int64_t i = 0; i < some; i++, number++) {
        out->rows[number] = spans[i].rows;
        out->first[number] = regions->cell[blocks->group[block + i]] + spans[i].first * width;
        for (int64_t column = 0; column < width; column++)
            reduce_column(regions, blocks, block + i, column, spans[i].first, spans[i].rows,
                          out->cells + number * width + column);
    }
}

void vitals_reduce(const Regions *regions, const Blocks *blocks, const int64_t *ends,
                   int64_t rounds, const Table *out) {
    for (int64_t round = 0; round < rounds; round++)
        for (int64_t block = 0; block < blocks->count; block += TOGETHER) {
            int64_t left = blocks->count - block, some = left < TOGETHER ? left : TOGETHER;
            reduce_blocks(regions, blocks, block, some, ends[round],
                          round * blocks->count + block, out);
        }
}

static const Cell *cell_of(const Members *members, const Table *tables, int64_t round,
                           int64_t member) {
    const Table *table = tables + members->table[member];
    return table->cells + round * members->size[member] + members->cell[member];
}

/* The members of a pool in one round as one, and how many of each one's expected readings arrived. */
static void pool_members(const Members *members, const Table *tables, int64_t round, int64_t pool,
                         const Pools *out) {
    int64_t first = members->pool_first[pool], to = round * members->pools + pool;
    int64_t end = pool + 1 < members->pools ? members->pool_first[pool + 1] : members->count;
    int64_t count = 0, steps = 0, newest = INT64_MIN;
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = first; i < end; i++) {
        const Cell *cell = cell_of(members, tables, round, i);
        if (i + AHEAD < members->count)
            __builtin_prefetch(cell_of(members, tables, round, i + AHEAD));
        int64_t own = cell->count, at = cell->newest - members->shift[i];
        double promised = members->promised[i];
        count += own;
        steps += cell->steps;
        if (at > newest) newest = at;
        if (cell->low < low) low = cell->low;
        if (cell->high > high) high = cell->high;
        out->arrived[round * members->count + i] = (double)own < promised ? (double)own : promised;
    }
    out->count[to] = count;
    out->steps[to] = steps;
    out->newest[to] = newest;
    out->low[to] = low;
    out->high[to] = high;
}

void vitals_pool(const Members *members, const Table *tables, int64_t rounds, const Pools *out) {
    for (int64_t round = 0; round < rounds; round++)
        for (int64_t pool = 0; pool < members->pools; pool++)
            pool_members(members, tables, round, pool, out);
}
