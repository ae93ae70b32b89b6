// Requests to Xopix. A failed one throws a `Problem` with what the server's problem document says.

export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
  }
}

async function problem(response) {
  try {
    const document = await response.json();
    return new Problem(response.status, document.title ?? response.statusText, document.detail ?? "");
  } catch {
    return new Problem(response.status, response.statusText || String(response.status), "");
  }
}

/** The JSON at a path. Parameters that are empty, null or undefined are left out. */
export async function get(path, parameters = {}, { signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  let response;
  try {
    response = await fetch(url, { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", "");
  }
  if (!response.ok) throw await problem(response);
  return response.json();
}

/** Whether an error only says that a newer request took this one's place. */
export const isAbort = (error) => error?.name === "AbortError";
