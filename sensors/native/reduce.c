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
                          int64_t column, int64_t first, int64_t rows, int64_t cell,
                          const Table *out) {
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
        if (is_energetic) energy += energy_of(blocks->energies, value);
    }
    out->count[cell] = count;
    out->low[cell] = low;
    out->high[cell] = high;
    out->steps[cell] = steps;
    out->energy[cell] = energy;
    out->newest[cell] = NEVER;
    if (count)
        out->newest[cell] = regions->since_epoch[regions->row[group] + first + newest] +
                            regions->epoch[group];
}

/* How many blocks before its turn a block's rows are asked of memory. */
enum { AHEAD = 8 };

/* In a large city each block is of another terminal, and its newest rows are in no cache. */
static void fetch_ahead(const Regions *regions, const Blocks *blocks, int64_t block) {
    if (block + AHEAD >= blocks->count) return;
    int64_t group = blocks->group[block + AHEAD], count = regions->count[group];
    int64_t width = blocks->width, row = count > 2 ? count - 2 : 0;
    const double *cells = regions->values + regions->cell[group] + row * width;
    __builtin_prefetch(regions->since_epoch + regions->row[group] + row);
    for (int64_t i = 0; i < 2 * width; i += 8) __builtin_prefetch(cells + i);
}

void vitals_reduce(const Regions *regions, const Blocks *blocks, const int64_t *ends,
                   int64_t rounds, const Table *out) {
    for (int64_t round = 0; round < rounds; round++)
        for (int64_t block = 0; block < blocks->count; block++) {
            int64_t group = blocks->group[block], number = round * blocks->count + block;
            fetch_ahead(regions, blocks, block);
            int64_t first = first_from(regions, group, ends[round] + blocks->start[block]);
            int64_t last = first_from(regions, group, ends[round] + blocks->end[block]);
            out->rows[number] = last - first;
            out->first[number] = regions->cell[group] + first * blocks->width;
            for (int64_t i = 0; i < blocks->width; i++)
                reduce_column(regions, blocks, block, i, first, last - first,
                              number * blocks->width + i, out);
        }
}

/* The members of a pool in one round as one, and how many of each one's expected readings arrived. */
static void pool_members(const Members *members, const Table *tables, int64_t round, int64_t pool,
                         const Pools *out) {
    int64_t first = members->pool_first[pool], to = round * members->pools + pool;
    int64_t end = pool + 1 < members->pools ? members->pool_first[pool + 1] : members->count;
    int64_t count = 0, steps = 0, energy = 0, newest = INT64_MIN;
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = first; i < end; i++) {
        const Table *table = tables + members->table[i];
        int64_t cell = round * members->size[i] + members->cell[i], own = table->count[cell];
        int64_t at = table->newest[cell] - members->shift[i];
        double promised = members->promised[i];
        count += own;
        steps += table->steps[cell];
        energy += table->energy[cell];
        if (at > newest) newest = at;
        if (table->low[cell] < low) low = table->low[cell];
        if (table->high[cell] > high) high = table->high[cell];
        out->arrived[round * members->count + i] = (double)own < promised ? (double)own : promised;
    }
    out->count[to] = count;
    out->steps[to] = steps;
    out->energy[to] = energy;
    out->newest[to] = newest;
    out->low[to] = low;
    out->high[to] = high;
}

void vitals_pool(const Members *members, const Table *tables, int64_t rounds, const Pools *out) {
    for (int64_t round = 0; round < rounds; round++)
        for (int64_t pool = 0; pool < members->pools; pool++)
            pool_members(members, tables, round, pool, out);
}
