// Questions to the engine: roles with witnesses, checks, explanations, lists;
// now, at a past revision, or at least as fresh as a token. Internal;
// docs/server.md has the contract.
#ifndef ACL_SERVER_QUESTION_API_H_
#define ACL_SERVER_QUESTION_API_H_

#include <atomic>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "acl/engine.h"
#include "acl/server/call.h"
#include "acl/server/outcome.h"
#include "acl/server/turns.h"

namespace acl::server {

// Limits how many calls may do something at once. Thread-safe.
class Seats {
 public:
  explicit Seats(int free) : free_(free) {}

  // A seat, held for a scope, if one was free.
  class Taken {
   public:
    explicit Taken(Seats* seats) : seats_(*seats), ok_(--seats_.free_ >= 0) {}
    ~Taken() { ++seats_.free_; }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    bool ok() const { return ok_; }

   private:
    Seats& seats_;
    const bool ok_;
  };

 private:
  std::atomic<int> free_;
};

// Everyone may ask about themselves. Workspace admins may ask about others, and
// so may the admins of a resource about that resource.
class QuestionApi {
 public:
  // `engine` is not owned. A question that names a least revision waits for it
  // for up to `max_wait`. At most `max_waiting` of them may wait at once, so
  // that they can't occupy all threads; the others are told to retry, and so
  // are requests for an explanation beyond `max_explanations` at once.
  QuestionApi(const Engine* engine, absl::Duration max_wait, int max_waiting,
              int max_explanations)
      : engine_(*engine),
        max_wait_(max_wait),
        waiting_(max_waiting),
        explanations_(max_explanations) {}

  // GET /acl/v1/role?subject=&resource=
  Outcome Role(Call* call);
  // GET /acl/v1/check?subject=&role=&resource=
  Outcome Check(Call* call);
  // POST /acl/v1/checks
  Outcome CheckMany(Call* call);
  // GET /acl/v1/explain?subject=&resource=[&role=]
  Outcome Explain(Call* call);
  // GET /acl/v1/who?resource=[&min_role=][&page_size=][&page_token=]
  Outcome Who(Call* call);
  // GET /acl/v1/what?subject=[&min_role=][&type=][&page_size=][&page_token=]
  Outcome What(Call* call);

 private:
  using Ask = absl::FunctionRef<absl::StatusOr<Json>(const Snapshot& snapshot)>;

  // Answers `ask` from the revision that the call is about.
  Outcome Answer(Call* call, Ask ask);
  // Like Workspace::AtLeast(), but stops waiting when the server stops.
  absl::StatusOr<Snapshot> AwaitRevision(const Workspace& workspace,
                                         const RevisionToken& token,
                                         const Allowance& allowance) const;
  // The state of the workspace at a moment, read from the journal.
  absl::StatusOr<Snapshot> PastOf(const Snapshot& now,
                                  const Moment& moment) const;
  Outcome AnswerOfPast(const std::string& at, Call* call, Ask ask);
  // The same for one subject and one resource, as named by the parameters.
  Outcome AnswerOne(Call* call,
                    absl::FunctionRef<absl::StatusOr<Json>(
                        const Snapshot& snapshot, const Subject& subject,
                        const ResourceRef& resource)>
                        ask);

  const Engine& engine_;
  const absl::Duration max_wait_;
  Seats waiting_;
  Seats explanations_;
  Seats pasts_{4};  // including those queued
  Turns past_;      // one at a time: each takes memory for a world
};

}  // namespace acl::server

#endif  // ACL_SERVER_QUESTION_API_H_
