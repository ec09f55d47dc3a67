// A mistake in one part of the page takes down that part only, and says so.
import { Component, type ReactNode } from "react";
import { Button, ProblemNotice } from "./parts";

interface Props {
  what: string;
  children: ReactNode;
}

export class Boundary extends Component<Props, { error: Error | null }> {
  state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    const lost = /dynamically imported module|Loading chunk|preload CSS/i.test(error.message);
    return (
      <div className="broken">
        <ProblemNotice error={lost ? new Error(`${this.props.what} could not be loaded. The daemon may be down or newer than this page.`) : error} retry={() => this.setState({ error: null })}>
          <p className="problem-text">
            {this.props.what} could not be shown; your data is safe.{" "}
            <Button className="link" onClick={() => window.location.reload()}>
              Reload the page
            </Button>
          </p>
        </ProblemNotice>
      </div>
    );
  }
}
