import createClient, { type Middleware } from "openapi-fetch";
import { ApiError } from "./errors";
import type { components, paths } from "./schema";

/** Shape of the API document by name: `Schema<"TicketRead">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

export const SIGNED_OUT = "assaydesk:signed-out";

const failures: Middleware = {
  async onResponse({ response, schemaPath }) {
    if (response.ok) return undefined;
    if (response.status === 401 && !schemaPath.startsWith("/api/auth/login")) {
      window.dispatchEvent(new Event(SIGNED_OUT));
    }
    throw await errorOf(response);
  },
  onError() {
    return new ApiError(0, "network", "The server cannot be reached.");
  },
};

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as { error: { code: string; message: string; details: Record<string, unknown> } };
    return new ApiError(response.status, error.code, error.message, error.details);
  } catch {
    return new ApiError(response.status, "unreadable", `The server answered with status ${response.status}.`);
  }
}

/** Every call of the API. The session is a cookie that no script can read. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  querySerializer: { array: { style: "form", explode: true } },
});
api.use(failures);

/** The data of an answer: `await call(api.GET("/api/mind/tag"))`. Throws `ApiError`. */
export async function call<Data>(answer: Promise<{ data?: Data }>): Promise<Data> {
  return (await answer).data as Data;
}

/** Upload one file as `file` of a form, with its progress from 0 to 1. */
export function upload<Answer>(path: string, file: File, onProgress?: (share: number) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.upload.onprogress = (event) => onProgress?.(event.loaded / Math.max(1, event.total));
    request.onerror = () => reject(new ApiError(0, "network", "The server cannot be reached."));
    request.onload = () => {
      if (request.status < 300) return resolve(request.response as Answer);
      const error = request.response?.error;
      reject(new ApiError(request.status, error?.code ?? "unreadable", error?.message ?? "", error?.details ?? {}));
    };
    const form = new FormData();
    form.append("file", file);
    request.send(form);
  });
}
