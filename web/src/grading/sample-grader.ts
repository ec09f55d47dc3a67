// The grader that ships with the sample, the same file as in tools/sample.
import source from "../../../tools/sample/chess_tutor_grader.js?raw";

export default source;
