#include "tests/planted/example.h"

namespace acl::planted {

bool IsEven(int number) { return number % 2 == 0; }

bool IsOdd(int number) { return !IsEven(number); }

}  // namespace acl::planted
