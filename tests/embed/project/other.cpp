#include "run.hpp"

float go(float a, float b) { return run({a, b})[0]; }
