/* What the compiled twins share with Python. Each struct stands in the module of its Python side,
 * field by field in the same order; all sizes are elements, all integers int64 unless said. */

#ifndef VITALS_NATIVE_H
#define VITALS_NATIVE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>

/* Raised with every change of a struct or a signature: a library of another number is not used. */
#define VITALS_ABI 13

/* sensors/shape.py as pointers into its tables. */
typedef struct {
    int64_t numbers;                /* numbers a line */
    int64_t readings;               /* readings a line */
    int64_t received, base_time;    /* which number each is */
    const int64_t *reading_numbers; /* [readings] which number is its value */
    const uint8_t *gap_is_own;      /* [numbers] whether the gap after it is the terminal's own */
    const int64_t *gap_offsets;     /* [numbers] where that text begins in its row, bytes */
    const int32_t *gap_lengths;     /* [rows][numbers] bytes */
    const int64_t *wording;         /* [rows] */
    const int32_t *channels;        /* [rows][readings] */
    const int64_t *records;         /* [wordings][readings] */
    const uint8_t *own;             /* [rows][own_width] */
    int64_t own_width;
    const uint8_t *common; /* [wordings][common_width] */
    int64_t common_width;
} Shape;

/* Texts before the first number, found by hash. Open addressing; -1 is a free slot. */
typedef struct {
    const uint8_t *text;   /* all heads, one behind the other */
    const int64_t *start;  /* [layouts] */
    const int64_t *length; /* [layouts]; 0 where another layout was first with this head */
    int32_t *slots;        /* [mask + 1] the first layout with a head */
    int64_t mask;          /* 0: there are none */
} Heads;

/* sensors/layout.py as pointers into its tables. */
typedef struct {
    Heads heads;
    const Shape *shapes;
    const int64_t *shape, *row, *next; /* [layouts] */
} Layouts;

/* What a frame comes to: by line and by reading, as `Scanned` has it. */
typedef struct {
    int64_t *starts, *ends, *layout, *received; /* [lines] */
    int64_t *line, *channel, *record, *at;      /* [readings] */
    double *value;                              /* [readings] */
    double *numbers;                            /* as many as a line has at most; scratch */
    int64_t readings;                           /* how many there are */
} Columns;

/* sensors/regions.py as pointers into its tables. */
typedef struct {
    int32_t *since_epoch; /* [rows of all groups] */
    double *values;       /* [cells of all groups] */
    int64_t *count, *newest;                                             /* [groups] */
    const int64_t *floor, *epoch, *row, *cell, *width, *room, *capacity; /* [groups] */
} Regions;

/* Rows of groups that are copied from place to place; source and target may be the same pools. */
typedef struct {
    int64_t groups;
    const int32_t *since_epoch;
    const double *values;
    int32_t *target_since_epoch;
    double *target_values;
    const int64_t *row, *cell, *to_row, *to_cell, *width, *count; /* [groups] */
} Copies;

/* `Rows` of sensors/appending.py, and which of them are odd. */
typedef struct {
    int64_t count;
    const int64_t *group, *at; /* [count] */
    const int64_t *first;      /* [count + 1] */
    const int64_t *column;     /* [readings] */
    const double *value;       /* [readings] */
    const uint8_t *is_odd;     /* [count] */
} Rows;

/* `Columns` of sensors/sifting.py. */
typedef struct {
    int64_t count;
    const int64_t *line, *channel, *record, *at; /* [count] */
    const double *value;                         /* [count] */
    const int64_t *turn;                         /* [count], or NULL */
} Readings;

/* A channel, as a row of `channels` of sensors/directory.py: what is asked for together lies together. */
typedef struct {
    int32_t sort, terminal, group, column;
} Channel;

/* What sensors/directory.py knows of channels. */
typedef struct {
    const double *low, *high; /* [sorts] */
    const int64_t *horizon;   /* [sorts] */
    const Channel *channels;  /* [channels] */
} Channels;

/* `Sifted` of sensors/sifting.py. */
typedef struct {
    int64_t *channel, *column, *record; /* [readings]; channel: NULL where they stay as they are */
    double *value;                      /* [readings] */
    int64_t *row_first;                 /* [rows + 1] */
    int64_t *row_line, *row_group, *row_at; /* [rows] */
} Sifted;

/* Sound energy of levels of whole hundredths, from 0.00 dB on (indicators/window.py). */
typedef struct {
    const int64_t *of_hundredths;
    int64_t count;
} Energies;

/* Blocks of one width, of indicators/reduction.py. */
typedef struct {
    int64_t count, width;
    const int64_t *group, *start, *end; /* [count]; ms relative to the end of a round */
    const double *scale;                /* [count][width] steps per unit */
    const uint8_t *energetic;           /* [count][width] */
    const Energies *energies;
} Blocks;

/* `CELL` of indicators/reduction.py: what is read together lies together. */
typedef struct {
    int64_t count, steps, energy, newest;
    double low, high;
} Cell;

/* `Table` of indicators/reduction.py; all of it is written. */
typedef struct {
    int64_t *rows, *first; /* [rounds × blocks] */
    Cell *cells;           /* [rounds × blocks][width] */
} Table;

/* `FEED` of indicators/feeds.py: a member, and the pool of its quantity. */
typedef struct {
    int64_t column, pool, shift, energetic;
    double scale, promised;
} Feed;

/* What blocks feed, as `feeds_of` of indicators/feeds.py gives it. */
typedef struct {
    const int64_t *pattern, *pool; /* [blocks] */
    const int64_t *first;          /* [patterns + 1] */
    const Feed *feeds;
} Feeds;

/* `POOL` of indicators/feeds.py. */
typedef struct {
    Cell all;
    double arrived;
} Pool;

/* The first of the rows [low, high), which are sorted, that is not before an instant since its group's
 * epoch; `high` where all are. */
static inline int64_t rows_before(const int32_t *since_epoch, int64_t low, int64_t high,
                                  int64_t since) {
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (since_epoch[middle] < since)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int vitals_start(void);
void vitals_learn_heads(const Heads *heads, const int64_t *layouts, int64_t count);
int64_t vitals_lines(const uint8_t *frame, int64_t size);
int64_t vitals_scan(const uint8_t *frame, int64_t size, const Layouts *layouts, Columns *out);
int64_t vitals_screen(const Readings *in, const Channels *channels, const int64_t *effective,
                      uint8_t *good);
int64_t vitals_rows(const Readings *in, const Channels *channels, const uint8_t *good,
                    const Sifted *out);
int64_t vitals_append(const Regions *regions, const Rows *rows, int64_t from, int64_t *coming,
                      uint8_t *outcome, int64_t *lacking);
int64_t vitals_rows_at(const Regions *regions, const int64_t *groups, const int64_t *instants,
                       int64_t count, uint8_t *is_there, double *values);
void vitals_copy_rows(const Copies *copies);
void vitals_reduce(const Regions *regions, const Blocks *blocks, const int64_t *ends,
                   int64_t rounds, const Table *out);
void vitals_pool(const Regions *regions, const Blocks *blocks, const Feeds *feeds,
                 const int64_t *ends, int64_t rounds, Pool *out, int64_t pools);

#endif
