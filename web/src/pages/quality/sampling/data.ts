import { queryOptions } from "@tanstack/react-query";
import { api, call, type Schema } from "@/api/client";

export type Plan = Schema<"SamplingPlanRead">;
export type PlanCreate = Schema<"SamplingPlanCreate">;
export type PlanUpdate = Schema<"SamplingPlanUpdate">;
export type Draw = Schema<"DrawRead">;
export type Pick = Schema<"PickRead">;
export type Risk = Schema<"Risk">;

export const RISKS = ["needsHuman", "knockOut", "lowConfidence", "negativeSurvey", "reopened", "slaMissed", "newAgent"] as const satisfies readonly Risk[];

export const plansQuery = queryOptions({
  queryKey: ["quality", "samplingPlans"],
  queryFn: async () => (await call(api.GET("/api/mind/quality/samplingPlan", { params: { query: { limit: 200 } } }))).plans,
});

export const drawsQuery = (planId: number, limit: number, offset: number) =>
  queryOptions({
    queryKey: ["quality", "samplingDraws", planId, limit, offset],
    queryFn: () => call(api.GET("/api/mind/quality/samplingPlan/{id}/draw", { params: { path: { id: planId }, query: { limit, offset } } })),
  });

export const createPlan = (body: PlanCreate) => call(api.POST("/api/mind/quality/samplingPlan", { body }));

export const updatePlan = (id: number, body: PlanUpdate) =>
  call(api.PATCH("/api/mind/quality/samplingPlan/{id}", { params: { path: { id } }, body }));

export const deletePlan = (id: number) => call(api.DELETE("/api/mind/quality/samplingPlan/{id}", { params: { path: { id } } }));

/** How the pieces of one person's week are shared out, as the server rounds it: half up. */
export function shares(perWeek: number, randomPercent: number): { random: number; risk: number } {
  const random = Math.floor((perWeek * randomPercent) / 100 + 0.5);
  return { random, risk: perWeek - random };
}
