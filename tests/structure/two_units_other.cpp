#include "everything.hpp"

const char* message_elsewhere(etch::status code);

const char* message_elsewhere(etch::status code) { return etch::describe(code); }
