"""What can stand in the place of one part of a syntax tree: another operator, a neighbouring number, another member."""

import ast
from collections.abc import Iterator, Mapping, Sequence

COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
REACHED: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "ceil": "floor", "floor": "ceil"}
REMOVED = (ast.Expr, ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)


def exchanged(node: ast.AST, members: Mapping[str, Sequence[str]], *, alone: bool) -> Iterator[tuple[str, ast.AST]]:
    """What can stand in a node's place, and what that is called. `alone`: outside of every function."""
    match node:
        case ast.Compare(left, operators, right):
            for index, operator in enumerate(operators):
                others = [*operators[:index], COMPARED[type(operator)](), *operators[index + 1 :]]
                yield _told(node, ast.Compare(left, others, right))
        case ast.BoolOp(operator, values):
            yield _told(node, ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values))
            for index in range(len(values)):
                fewer = values[:index] + values[index + 1 :]
                yield _told(node, fewer[0] if len(fewer) == 1 else ast.BoolOp(operator, fewer))
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield _told(node, operand)
        case ast.BinOp(left, operator, right) if type(operator) in REACHED and not isinstance(left, ast.JoinedStr):
            yield _told(node, ast.BinOp(left, REACHED[type(operator)](), right))
        case ast.IfExp(_, yes, no):
            yield _told(node, yes)
            yield _told(node, no)
        case ast.comprehension(target, over, [_, *_] as conditions, is_async):
            for index in range(len(conditions)):
                fewer = conditions[:index] + conditions[index + 1 :]
                yield _told(node, ast.comprehension(target, over, fewer, is_async))
        case ast.Constant(bool() as value):
            yield _told(node, ast.Constant(not value))
        case ast.Constant(int() | float() as value):
            yield _told(node, ast.Constant(value + 1))
            yield _told(node, ast.Constant(value - 1))
        case ast.Constant(bytes() as value) if value:
            yield _told(node, ast.Constant(value[:-1] + bytes([value[-1] ^ 1])))
        case ast.Call(ast.Attribute(ast.Name("struct"), "Struct") as made, [ast.Constant(str() as form)]):
            turned = form.translate(str.maketrans("<>", "><"))
            yield _told(node, ast.Call(made, [ast.Constant(turned)], []))
        case ast.Call(ast.Name(name), arguments, keywords) if name in CALLED:
            yield _told(node, ast.Call(ast.Name(CALLED[name], ast.Load()), arguments, keywords))
        case ast.Call(ast.Attribute(ast.Name("math") as math, name), arguments, keywords) if name in CALLED:
            yield _told(node, ast.Call(ast.Attribute(math, CALLED[name], ast.Load()), arguments, keywords))
        case ast.Attribute(ast.Name(name), member) if member in members.get(name, ()):
            known = members[name]
            other = known[(known.index(member) + 1) % len(known)]
            yield _told(node, ast.Attribute(ast.Name(name, ast.Load()), other, ast.Load()))
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant):
            yield _told(node, ast.Return(ast.Constant(None)))
        case ast.If(test, body, orelse):
            yield f"never `if {ast.unparse(test)}`", ast.If(ast.Constant(False), body, orelse)
            yield f"always `if {ast.unparse(test)}`", ast.If(ast.Constant(True), body, orelse)
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield f"no `{short(node)}`", ast.Pass()
    if isinstance(node, REMOVED) and not alone:
        yield f"no `{short(node)}`", ast.Pass()


def _told(old: ast.AST, new: ast.AST) -> tuple[str, ast.AST]:
    return f"`{short(old)}` to `{short(new)}`", new


def short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= 90 else text[:87] + "..."
