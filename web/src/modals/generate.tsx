export { default } from "./step";
