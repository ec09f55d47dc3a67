// A part of the page that is fetched when it is first shown. Unlike React's lazy with Suspense, what is there already
// is drawn at once, and what comes quickly is not held back for the 300 ms that a fallback is kept.
import { type ComponentType, useEffect, useState } from "react";

export type Lazily<P> = ComponentType<P> & { fetch: () => Promise<unknown> };

export function lazily<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, Waiting?: ComponentType): Lazily<P> {
  let known: ComponentType<P> | null = null;
  const fetch = () => load().then((found) => (known = found.default));
  function Part(props: P) {
    const [, setThere] = useState(known !== null);
    const [error, setError] = useState<unknown>(null);
    useEffect(() => {
      let wanted = true;
      if (known) setThere(true);
      else
        fetch().then(
          () => wanted && setThere(true),
          (cause) => wanted && setError(cause),
        );
      return () => {
        wanted = false;
      };
    }, []);
    if (error) throw error;
    const Known = known;
    if (Known) return <Known {...props} />;
    return Waiting ? <Waiting /> : null;
  }
  return Object.assign(Part, { fetch });
}
