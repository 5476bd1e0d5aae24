// How long an answer took to make, as browsers and caches show it. What a shared cache answers keeps the time of
// the making.

type Answer = (request: Request) => Response | Promise<Response>;

/** Tells of each answer how long `answer` took; `now` is in ms, with fractions where the platform has them. */
export function timed(answer: Answer, now: () => number): Answer {
  return async (request) => {
    const begun = now();
    const response = await answer(request);
    response.headers.append("server-timing", `app;dur=${Math.round((now() - begun) * 10) / 10}`);
    return response;
  };
}
