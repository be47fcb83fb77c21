#include "everything.hpp"

const char* message_elsewhere(etch::status code);  // two_units_other.cpp

int main() { return message_elsewhere(etch::status::ok) == std::string_view{etch::describe(etch::status::ok)} ? 0 : 1; }
