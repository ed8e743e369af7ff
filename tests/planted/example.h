// A library to plant bugs in.
#ifndef TESTS_PLANTED_EXAMPLE_H_
#define TESTS_PLANTED_EXAMPLE_H_

namespace acl::planted {

bool IsEven(int number);
bool IsOdd(int number);

}  // namespace acl::planted

#endif  // TESTS_PLANTED_EXAMPLE_H_
