import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react";
import { api, call, SIGNED_OUT, type Schema } from "@/api/client";
import { ApiError } from "@/api/errors";

export type OwnProfile = Schema<"OwnProfileRead">;

export interface Session {
  me: OwnProfile;
  /** Whether the own role has any of the permissions; without arguments: yes. */
  can: (...anyOf: readonly string[]) => boolean;
}

export const OWN_PROFILE = ["own-profile"] as const;
const Context = createContext<Session | null>(null);

/** Null when nobody is signed in. */
export function useOwnProfile() {
  const client = useQueryClient();
  useEffect(() => {
    const signedOut = () => client.setQueryData(OWN_PROFILE, null);
    window.addEventListener(SIGNED_OUT, signedOut);
    return () => window.removeEventListener(SIGNED_OUT, signedOut);
  }, [client]);
  return useQuery({
    queryKey: OWN_PROFILE,
    queryFn: async (): Promise<OwnProfile | null> => {
      // This call answers 200 to everybody; asking for the profile at once would leave a 401 in the console.
      const session = await call(api.GET("/api/auth/session"));
      if (!session.authenticated) return null;
      try {
        return (await call(api.GET("/api/mind/profile"))) as OwnProfile;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
  });
}

export function SessionProvider({ me, children }: { me: OwnProfile; children: ReactNode }) {
  const session = useMemo<Session>(() => {
    const held = new Set<string>(me.permissions);
    return { me, can: (...anyOf) => anyOf.length === 0 || anyOf.some((one) => held.has(one)) };
  }, [me]);
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSession outside of SessionProvider");
  return session;
}

/** `const may = useMay(); may("manageTags")`: any of the permissions. */
export function useMay(): Session["can"] {
  return useSession().can;
}

/** Who is signed in. */
export function useMe(): OwnProfile {
  return useSession().me;
}
