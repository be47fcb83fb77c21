// Compiled by etch_optimize: its inline function gets a name of its own.
[[gnu::noinline]] inline int twice(int x) { return 2 * x; }

int optimized(int x) { return twice(x) + 1; }
