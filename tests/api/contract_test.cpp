#include "tests/api/api_support.hpp"
