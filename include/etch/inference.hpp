#pragma once
// What a deployed program needs: networks and their layers; no loss, optimizer, data or training. Compiles fastest.

// As in etch/etch.hpp.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Weffc++"
#pragma GCC diagnostic ignored "-Wfloat-equal"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wpadded"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wswitch-default"
#pragma GCC diagnostic ignored "-Wswitch-enum"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuseless-cast"
#endif
#endif

#include <etch/network/catalogue.hpp>
#include <etch/network/convert.hpp>
#include <etch/network/network.hpp>
#include <etch/network/predict.hpp>

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
