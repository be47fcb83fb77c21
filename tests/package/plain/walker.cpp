#include "walk.hpp"

int main() { return walk_golden.count == 2 && walk(walk_golden.inputs[0])[0] == walk_golden.outputs[0][0] ? 0 : 1; }
