"""Work orders: from an alert to a department, its deadlines, and the proof that it is fixed."""
