export interface FieldFault {
  path: string;
  code: string;
  message: string;
}

/** What the API answered, or `code: "network"` when it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }

  get fields(): FieldFault[] {
    return Array.isArray(this.details.fields) ? (this.details.fields as FieldFault[]) : [];
  }
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, "unexpected", error instanceof Error ? error.message : String(error));
}
