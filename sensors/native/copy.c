/* The compiled twin of sensors/row_copies.py. */

#include "native.h"

#include <string.h>

void vitals_copy_rows(const Copies *copies) {
    for (int64_t i = 0; i < copies->groups; i++) {
        size_t rows = (size_t)copies->count[i], cells = rows * (size_t)copies->width[i];
        memmove(copies->target_since_epoch + copies->to_row[i],
                copies->since_epoch + copies->row[i], rows * sizeof(int32_t));
        memmove(copies->target_values + copies->to_cell[i], copies->values + copies->cell[i],
                cells * sizeof(double));
    }
}
